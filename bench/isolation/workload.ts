import type { Attacker } from './attacker.js';

/** Something that one account sends as fast as it is answered, while another account's query is measured. */
export interface Workload {
  readonly name: string;
  /** What is sent and what makes it expensive, in one sentence. */
  readonly sentence: string;
  /** How many are sent at the same time; each sends its next when it is answered. */
  readonly parallel: number;
  /** Makes what it asks for, before anything is measured. */
  readonly prepare?: (attacker: Attacker) => Promise<void>;
  /** Sends it once and waits for the end of the answer. `turn` counts from 0, over all that are sent at the same time. */
  readonly send: (attacker: Attacker, turn: number) => Promise<void>;
}
