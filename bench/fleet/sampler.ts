import { readProcess } from '../platform/proc.js';

/** Peak memory in bytes. */
export interface Peaks {
  platform: number;
  postgres: number;
}

/** Reads the memory of both processes every half second until it is disposed. */
export class MemorySampler implements AsyncDisposable {
  readonly peaks: Peaks = { platform: 0, postgres: 0 };
  private readonly done = new AbortController();
  private readonly loop: Promise<void>;

  constructor(pids: Readonly<Record<keyof Peaks, number>>) {
    this.loop = this.run(pids);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.done.abort();
    await this.loop;
  }

  private async run(pids: Readonly<Record<keyof Peaks, number>>): Promise<void> {
    while (!this.done.signal.aborted) {
      for (const part of ['platform', 'postgres'] as const) {
        const reading = await readProcess(pids[part]);
        this.peaks[part] = Math.max(this.peaks[part], reading?.memory ?? 0);
      }
      await this.pause(500);
    }
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      const timer = setTimeout(wake, milliseconds);
      this.done.signal.addEventListener('abort', () => (clearTimeout(timer), wake()), { once: true });
    });
  }
}
