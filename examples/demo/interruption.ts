import type { Screen } from './screen.js';

/** Milliseconds in which signals count as one: for one Ctrl-C npm and the terminal send one each. */
const TOGETHER = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What the user does to end the demo: once, it deletes its cluster and ends; twice, it ends without waiting for that. */
export class Interruption {
  private readonly first = new AbortController();
  private readonly second = new AbortController();
  private last = -Infinity;

  constructor(private readonly screen: Screen) {
    for (const signal of SIGNALS) process.on(signal, () => this.interrupt());
    // Nobody reads on, as with `| head`.
    process.stdout.on('error', () => this.first.abort(new Error('nobody reads what it writes')));
  }

  /** Aborts at the first. */
  get signal(): AbortSignal {
    return this.first.signal;
  }

  /** Aborts at the second. */
  get leave(): AbortSignal {
    return this.second.signal;
  }

  private interrupt(): void {
    const now = performance.now();
    if (now - this.last < TOGETHER) return;
    this.last = now;
    if (!this.first.signal.aborted) {
      this.screen.print('  ! interrupted; once more leaves without waiting for the deletion', 'bad');
      this.first.abort(new Error('interrupted'));
    } else {
      this.second.abort(new Error('interrupted again'));
    }
  }
}
