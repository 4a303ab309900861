import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { ProblemError } from '../../kernel/result.js';

/**
 * Maximum log lines per second, so that guessing tokens does not fill the disk; suppressed lines are counted.
 */
const LINES = 10;
const SECOND = 1000;

/** Logs rejected tokens with the reason, one line each, without the token. */
export class RejectedTokenLog {
  private secondStart = -Infinity;
  private written = 0;
  private suppressed = 0;

  constructor(
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  /** Logs a rejection. The first line of a second contains the number of lines suppressed before it. */
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
    this.log.warn({ ...fields, ...this.omitted() }, 'token rejected');
  }

  private omitted(): { readonly leftOut?: number } {
    const { suppressed: leftOut } = this;
    this.suppressed = 0;
    return leftOut > 0 ? { leftOut } : {};
  }
}
