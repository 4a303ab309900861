import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { ProblemError } from '../../kernel/result.js';

/** Lines in one second at the most, so that guessing tokens does not fill the disk; what is left out is counted. */
const LINES = 10;
const SECOND = 1000;

/** Writes down which tokens were refused, and why: a line each, without the token. */
export class RejectedTokenLog {
  private secondStart = -Infinity;
  private written = 0;
  private suppressed = 0;

  constructor(
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  /** Notes a refusal. The first line of a second says how many were left out before it. */
  record({ problems: [problem], cause }: ProblemError, requestId: string): void {
    const now = this.clock.now().getTime();
    if (Math.abs(now - this.secondStart) >= SECOND) {
      this.secondStart = now;
      this.written = 0;
    }
    if (this.written >= LINES) {
      this.suppressed += 1;
      return;
    }
    this.written += 1;
    const detail = cause instanceof Error ? cause.message : undefined;
    const fields = { requestId, code: problem?.code, reason: detail ?? problem?.message };
    this.log.warn({ ...fields, ...this.omitted() }, 'a token was refused');
  }

  private omitted(): { readonly leftOut?: number } {
    const { suppressed: leftOut } = this;
    this.suppressed = 0;
    return leftOut > 0 ? { leftOut } : {};
  }
}
