import type { Attacker } from './attacker.js';

/** Requests that one account sends as fast as it gets responses, while another account's query is measured. */
export interface Workload {
  readonly name: string;
  /** One sentence: the requests and why they are expensive. */
  readonly description: string;
  /** Number of concurrent senders; each sends its next request after the response. */
  readonly parallel: number;
  /** Creates objects before the measurement. */
  readonly prepare?: (attacker: Attacker) => Promise<void>;
  /** Sends one request and waits for the whole response. `turn` counts the requests of all senders, from 0. */
  readonly send: (attacker: Attacker, turn: number) => Promise<void>;
}
