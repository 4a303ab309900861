import type { Server } from './http-server.js';
import type { ShellState } from './shell/run.js';
import type { ExitCode, Step } from './shell/step.js';

/** What the program of a container does. */
export interface Program {
  /** The steps of a new run, which changes `state`. */
  run(state: ShellState): Generator<Step, ExitCode>;
  /** Whether it ignores the signal to end, as shells do, and is killed. */
  readonly ignoresSignals?: boolean;
  /** Whether it logs plausible requests instead of its output. */
  readonly requests: boolean;
  /** The HTTP server that clients and probes reach; undefined if it listens on no port. */
  readonly server: Server | undefined;
}
