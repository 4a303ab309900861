import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { Log } from '../kernel/log.js';
import type { TokenOrigin } from './token-origin.js';

/** Whether a token is revoked before it expires. */
export type Revoked = (origin: TokenOrigin) => boolean;

const revocationsSchema = z.object({
  revoked: z.array(
    z.object({
      /** Account of the revoked tokens: all subjects, or only `subject`. */
      account: z.string(),
      subject: z.string().optional(),
      /** Tokens issued before this time; all if omitted. */
      before: z.iso.datetime({ offset: true }).optional(),
    }),
  ),
});

type Revocation = z.infer<typeof revocationsSchema>['revoked'][number];

/** Milliseconds between two checks of the file. */
const INTERVAL = 1000;

/**
 * The revoked tokens, from a file that may change while the process runs: the identity provider adds a revocation when it
 * changes the role of a subject or closes an account. While the file cannot be read, the previous revocations stay.
 */
export class Revocations implements Disposable {
  private revocations: readonly Revocation[] = [];
  private readAt = '';
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly file: string,
    private readonly log: Log,
    private readonly changed: () => void,
  ) {
    this.timer = setInterval(() => void this.poll(), INTERVAL);
    this.timer.unref();
  }

  /** Reads the file; throws when it is not valid. `changed` is called whenever its revocations change. */
  static async open(file: string, log: Log, changed: () => void): Promise<Revocations> {
    const revocations = new Revocations(file, log, changed);
    try {
      await revocations.read();
      return revocations;
    } catch (error) {
      revocations[Symbol.dispose]();
      throw error;
    }
  }

  readonly isRevoked: Revoked = ({ account, subject, issuedAt }) =>
    this.revocations.some(
      (revocation) =>
        revocation.account === account &&
        (revocation.subject === undefined || revocation.subject === subject) &&
        (revocation.before === undefined || (issuedAt?.getTime() ?? 0) < Date.parse(revocation.before)),
    );

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }

  private async poll(): Promise<void> {
    if (!(await this.reload())) return;
    try {
      this.changed();
    } catch (err) {
      this.log.error({ err }, 'tokens were revoked, but their clients could not be checked again');
    }
  }

  private async reload(): Promise<boolean> {
    try {
      return await this.read();
    } catch (err) {
      this.log.error({ err, file: this.file }, 'the revocations cannot be read; the previous ones apply');
      return false;
    }
  }

  private async read(): Promise<boolean> {
    const { mtimeMs, size, ino } = await stat(this.file);
    const version = `${mtimeMs} ${size} ${ino}`;
    if (version === this.readAt) return false;
    this.readAt = version;
    this.revocations = revocationsSchema.parse(JSON.parse(await readFile(this.file, 'utf8'))).revoked;
    return true;
  }
}
