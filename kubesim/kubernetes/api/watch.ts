import { WorkBudget } from '../../../kernel/fairness/work-turns.js';
import { drained } from '../../http/drained.js';
import type { KubeObject } from '../kinds/object.js';
import type { Predicate } from '../kinds/selector.js';
import type { Change } from '../store/history.js';
import { flag, type ApiCall } from './call.js';
import type { Target } from './path.js';
import { represent } from './representation.js';
import { selection } from './selection.js';
import { ApiError, badRequest, gone } from '../kinds/status.js';

/** Bytes that a client may leave unread before its watch waits for it. */
const UNREAD = 1024 * 1024;
/** Characters that all watches of an account write in a turn of the event loop, and one object more. */
const CHARACTERS = 128 * 1024;
/** Milliseconds between bookmarks, and how long a watch lasts when nothing is said. */
const BOOKMARKS = 60_000;
const LONGEST = 45 * 60_000;

/** Streams changes from a revision on, until the client goes or its time is up. */
export function watch(call: ApiCall, target: Target): void {
  const start = startOf(call, target);
  new Watch(call, target, start).begin();
}

interface Start {
  readonly revision: number;
  /** The objects that are there come first, as ADDED. */
  readonly initial: boolean;
}

function startOf({ cluster, query }: ApiCall, { served }: Target): Start {
  const text = query.get('resourceVersion') ?? '';
  const given = Number(text || 0);
  if (!Number.isInteger(given) || given < 0) throw badRequest(`resourceVersion: Invalid value: "${text}"`);
  const now = cluster.store.publishedRevision;
  if (flag(query, 'sendInitialEvents') || given === 0)
    return { revision: now, initial: query.get('sendInitialEvents') !== 'false' };
  if (given < cluster.store.history(served.type).start)
    throw tooOld(given, cluster.store.history(served.type).start);
  if (given > cluster.store.revision) {
    const details = {
      retryAfterSeconds: 1,
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    };
    throw new ApiError(504, 'Timeout', `Too large resource version: ${given}, current: ${now}`, details);
  }
  return { revision: given, initial: false };
}

function tooOld(given: number, oldest: number): ApiError {
  return gone(`too old resource version: ${given} (${oldest})`);
}

/** One watch. It reads the kind's history at its own pace, so a slow client costs no memory: it falls behind, at
 * last beyond what the history keeps, and gets 410. */
class Watch {
  private position: number;
  private readonly matches: Predicate;
  private readonly ends: (() => void)[] = [];
  private ended = false;
  private headed = false;
  private pumping = false;
  private readonly work: WorkBudget;

  constructor(
    private readonly call: ApiCall,
    private readonly target: Target,
    private readonly start: Start,
  ) {
    this.position = start.revision;
    this.matches = selection(target, call.query);
    this.work = new WorkBudget(call.account, CHARACTERS);
  }

  begin(): void {
    const { call, target } = this;
    const { response, query, cluster } = call;
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    response.on('close', () => this.finish());
    response.on('drain', () => this.pump());
    const seconds = Number(query.get('timeoutSeconds') ?? 0);
    const limit = setTimeout(() => this.expire(), seconds > 0 ? Math.min(seconds * 1000, LONGEST) : LONGEST);
    const bookmarks = setInterval(() => this.bookmark(), BOOKMARKS);
    this.ends.push(
      () => clearTimeout(limit),
      () => clearInterval(bookmarks),
      cluster.onCutOff(() => response.destroy()),
      cluster.store.onPublished(target.served.type, () => this.pump()),
    );
    void this.initial().then(
      () => this.pump(),
      () => this.finish(),
    );
  }

  private async initial(): Promise<void> {
    if (!this.start.initial) return;
    const { cluster, query, response } = this.call;
    this.position = Infinity;
    const revision = cluster.store.revision;
    const objects = [...cluster.store.all(this.target.served.type)].filter(this.matches);
    await cluster.store.durable();
    for (const object of objects) {
      const turn = this.work.take(1);
      if (turn) await turn;
      if (response.writableLength >= UNREAD) await drained(response);
      if (this.ended) return;
      this.work.spend(this.send('ADDED', object));
    }
    this.position = revision;
    if (flag(query, 'sendInitialEvents')) this.bookmark({ 'k8s.io/initial-events-end': 'true' });
  }

  /** Sends what is new and durable, as far as the client keeps up. */
  private pump(): void {
    if (this.pumping || this.position === Infinity) return;
    this.pumping = true;
    void this.sendNew();
  }

  /** One change of a large object may be news for many watches: they write it in turns of their account. */
  private async sendNew(): Promise<void> {
    try {
      while (this.next()) {
        // Awaited only to wait: of many watches each would find that nothing has been written yet.
        const turn = this.work.take(1);
        if (turn) await turn;
        // Meanwhile the client may have left, or the history gone on without this watch.
        const change = this.next();
        if (!change) return;
        this.position = change.revision;
        this.work.spend(this.sendChange(change));
      }
    } finally {
      this.pumping = false;
    }
  }

  /** The next durable change, if the client takes one. Ends a watch that has fallen behind the history. */
  private next(): Change | undefined {
    const { cluster, response } = this.call;
    if (this.ended) return undefined;
    const history = cluster.store.history(this.target.served.type);
    if (this.position < history.start) {
      this.fail(tooOld(this.position, history.start));
      return undefined;
    }
    if (response.writableLength >= UNREAD) return undefined;
    const change = history.after(this.position);
    return change && change.revision <= cluster.store.publishedRevision ? change : undefined;
  }

  private sendChange({ type, object, previous }: Change): number {
    const before = previous !== undefined && type !== 'ADDED' && this.matches(previous);
    const after = type !== 'DELETED' && this.matches(object);
    if (after) return this.send(before ? 'MODIFIED' : 'ADDED', object);
    return before ? this.send('DELETED', previousAt(previous, object)) : 0;
  }

  /** Answers how many characters it has written. */
  private send(type: string, object: KubeObject): number {
    const { representation, cluster } = this.call;
    const body = represent(this.target.served, object, representation, cluster.clock.now());
    if (representation.form === 'table' && this.headed)
      (body as { columnDefinitions: unknown }).columnDefinitions = null;
    this.headed = true;
    return this.write({ type, object: body });
  }

  /** Tells the client how far it has seen, so that it can resume from there. */
  private bookmark(annotations?: Readonly<Record<string, string>>): void {
    const { query, cluster } = this.call;
    if (this.ended || this.position === Infinity || !flag(query, 'allowWatchBookmarks')) return;
    const { type, group, version } = this.target.served;
    const seen = Math.max(this.position, this.caughtUp() ? cluster.store.publishedRevision : 0);
    const metadata = {
      resourceVersion: String(seen),
      creationTimestamp: null,
      ...(annotations ? { annotations } : {}),
    };
    const object = { kind: type.kind, apiVersion: group ? `${group}/${version}` : version, metadata };
    this.write({ type: 'BOOKMARK', object });
  }

  private caughtUp(): boolean {
    const { cluster } = this.call;
    const next = cluster.store.history(this.target.served.type).after(this.position);
    return !next || next.revision > cluster.store.publishedRevision;
  }

  private write(event: unknown): number {
    const line = `${JSON.stringify(event)}\n`;
    this.call.response.write(line);
    return line.length;
  }

  private expire(): void {
    this.bookmark();
    this.finish();
  }

  private fail(error: ApiError): void {
    this.write({ type: 'ERROR', object: error.body() });
    this.finish();
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    for (const end of this.ends) end();
    this.call.response.end();
  }
}

/** An object that left the selection, with the revision at which it did. */
function previousAt(previous: KubeObject, { metadata }: KubeObject): KubeObject {
  return { ...previous, metadata: { ...previous.metadata, resourceVersion: metadata.resourceVersion } };
}
