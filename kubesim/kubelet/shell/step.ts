/**
 * What a running program does next: it prints, lets time pass, or waits for its standard input. A step without any of them only
 * counts.
 */
export interface Step {
  /** Standard output: text, or bytes as they came from the standard input. */
  readonly output?: string | Buffer | undefined;
  readonly error?: string | undefined;
  readonly seconds?: number | undefined;
  /** It goes on when its input has more, or has ended. */
  readonly waits?: boolean | undefined;
}

/** The exit code of a program; undefined if it runs until it is stopped. */
export type ExitCode = number | undefined;
