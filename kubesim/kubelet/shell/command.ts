import type { StandardInput } from './input.js';
import type { ExitCode, Step } from './step.js';

/** What a command of a container reads and changes. */
export interface CommandContext {
  readonly env: ReadonlyMap<string, string>;
  /** Contents by path; a directory is not listed. */
  readonly files: Map<string, string>;
  readonly hostname: string;
  readonly input: StandardInput;
  readonly now: Date;
}

/** What a command does: it prints, takes simulated seconds and ends; without `code` it runs until it is stopped. */
export interface CommandResult {
  readonly output?: string | Buffer;
  readonly error?: string;
  readonly seconds?: number;
  readonly code?: number;
}

/** A command; one that reads its input runs in steps. */
export type Command = (
  args: readonly string[],
  context: CommandContext,
) => CommandResult | Generator<Step, ExitCode>;
