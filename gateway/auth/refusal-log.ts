import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Refused } from '../../kernel/result.js';

/** Lines in one second at the most, so that guessing tokens does not fill the disk; what is left out is counted. */
const LINES = 10;
const SECOND = 1000;

/** Writes down which tokens were refused, and why: a line each, without the token. */
export class RefusalLog {
  private since = -Infinity;
  private lines = 0;
  private leftOut = 0;

  constructor(
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  /** Notes a refusal. The first line of a second says how many were left out before it. */
  note({ problems: [problem], cause }: Refused, requestId: string): void {
    const now = this.clock.now().getTime();
    if (Math.abs(now - this.since) >= SECOND) {
      this.since = now;
      this.lines = 0;
    }
    if (this.lines >= LINES) {
      this.leftOut += 1;
      return;
    }
    this.lines += 1;
    const detail = cause instanceof Error ? cause.message : undefined;
    const fields = { requestId, code: problem?.code, reason: detail ?? problem?.message };
    this.log.warn({ ...fields, ...this.omitted() }, 'a token was refused');
  }

  private omitted(): { readonly leftOut?: number } {
    const { leftOut } = this;
    this.leftOut = 0;
    return leftOut > 0 ? { leftOut } : {};
  }
}
