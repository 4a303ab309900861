import type { Screen } from './screen.js';

/** Milliseconds in which signals count as one: for one Ctrl-C both npm and the terminal send a signal. */
const SAME_SIGNAL_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals of the user: the first one deletes the cluster and ends the demo, the second one does not wait for the deletion. */
export class Interruption {
  private readonly first = new AbortController();
  private readonly second = new AbortController();
  private last = -Infinity;

  constructor(private readonly screen: Screen) {
    for (const signal of SIGNALS) process.on(signal, () => this.interrupt());
    // The reader has closed the pipe, as `| head` does.
    process.stdout.on('error', () => this.first.abort(new Error('the output was closed')));
  }

  /** Aborts at the first signal. */
  get signal(): AbortSignal {
    return this.first.signal;
  }

  /** Aborts at the second signal. */
  get leave(): AbortSignal {
    return this.second.signal;
  }

  private interrupt(): void {
    const now = performance.now();
    if (now - this.last < SAME_SIGNAL_MS) return;
    this.last = now;
    if (!this.first.signal.aborted) {
      this.screen.print('  ! interrupted; interrupt again to exit without waiting for the deletion', 'bad');
      this.first.abort(new Error('interrupted'));
    } else {
      this.second.abort(new Error('interrupted again'));
    }
  }
}
