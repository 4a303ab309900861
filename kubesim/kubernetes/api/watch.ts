import { WorkBudget } from '../../../kernel/fairness/work-turns.js';
import { waitForDrain } from '../../http/wait-for-drain.js';
import type { Json, KubeObject } from '../kinds/object.js';
import type { Predicate } from '../kinds/selector.js';
import type { Change } from '../store/history.js';
import { flag, type ApiCall } from './call.js';
import type { Target } from './path.js';
import { encodeProtobuf, encodeWatchEvent, hasProtobuf } from '../schema/encode-protobuf.js';
import { groupVersion } from '../kinds/resource.js';
import { CONTENT_TYPES } from './answer-format.js';
import { notStreamed, represent } from './representation.js';
import { selection } from './selection.js';
import { ApiError, gone } from '../kinds/status.js';
import { sendsInitialEvents, watchOptions } from './list-options.js';
import { readVersion } from './read.js';

/** Number of unread bytes at which a watch waits for its client. */
const MAX_UNREAD_BYTES = 1024 * 1024;
/** Number of characters after which the watches of an account wait for another turn of the event loop. */
const MAX_CHARACTERS = 128 * 1024;
/** Milliseconds between bookmarks, and default duration of a watch. */
const BOOKMARK_INTERVAL_MS = 60_000;
const MAX_DURATION_MS = 45 * 60_000;

/** Streams changes after a revision until the client disconnects or the timeout has passed. */
export function watch(call: ApiCall, target: Target): void {
  if (call.representation.media === 'yaml') throw notStreamed();
  const start = startOf(call);
  new Watch(call, target, start).begin();
}

interface Start {
  readonly revision: number;
  /** Without a resourceVersion the watch starts with ADDED events of the existing objects. */
  readonly initial: boolean;
}

function startOf({ cluster, query }: ApiCall): Start {
  const { resourceVersion } = watchOptions(query);
  const revision = readVersion(resourceVersion, (why) => new ApiError(500, '', why));
  const now = cluster.store.publishedRevision;
  if (sendsInitialEvents(query) || revision === 0)
    return { revision: now, initial: !query.has('sendInitialEvents') || sendsInitialEvents(query) };
  return { revision, initial: false };
}

interface WatchedEvent {
  readonly type: string;
  readonly object: KubeObject;
}

function tooOld(revision: number, oldest: number): ApiError {
  return gone(`too old resource version: ${revision} (${oldest})`);
}

/**
 * A watch. It reads the kind's history at the client's pace, so that a slow client costs no memory; it gets 410 when
 * the history no longer contains its revision.
 */
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
    this.work = new WorkBudget(call.account, MAX_CHARACTERS);
  }

  begin(): void {
    const { call, target } = this;
    const { response, query, cluster } = call;
    response.writeHead(200, { 'content-type': this.contentType(), 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    response.on('close', () => this.finish());
    response.on('drain', () => this.pump());
    const seconds = Number(query.get('timeoutSeconds') ?? 0);
    if (seconds < 0) return void response.end();
    const limit = setTimeout(
      () => this.expire(),
      seconds > 0 ? Math.min(seconds * 1000, MAX_DURATION_MS) : MAX_DURATION_MS,
    );
    const bookmarks = setInterval(() => this.bookmark(), BOOKMARK_INTERVAL_MS);
    this.ends.push(
      () => clearTimeout(limit),
      () => clearInterval(bookmarks),
      cluster.onCutOff(() => response.destroy()),
      cluster.store.onPublished(target.served.type, () => this.pump()),
      cluster.store.onTypeRemoved(target.served.type, () => this.finish()),
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
      if (response.writableLength >= MAX_UNREAD_BYTES) await waitForDrain(response);
      const converted = this.converted(object);
      if (!(converted === true || (await converted))) return;
      this.work.spend(this.send('ADDED', object));
    }
    this.position = revision;
    if (sendsInitialEvents(query)) this.bookmark({ 'k8s.io/initial-events-end': 'true' });
  }

  /** Sends new durable changes as fast as the client reads them. */
  private pump(): void {
    if (this.pumping || this.position === Infinity) return;
    this.pumping = true;
    void this.sendNew();
  }

  /** Many watches may send the same large object, so they write it in turns of their account. */
  private async sendNew(): Promise<void> {
    try {
      while (this.next()) {
        // Await only if the budget is exhausted: otherwise each of many watches would find an unused budget.
        const turn = this.work.take(1);
        if (turn) await turn;
        // During the wait the client may have disconnected, or the history may have dropped changes.
        const change = this.next();
        if (!change) return;
        this.position = change.revision;
        const event = this.eventOf(change);
        if (!event) continue;
        const converted = this.converted(event.object);
        if (!(converted === true || (await converted))) return;
        this.work.spend(this.send(event.type, event.object));
      }
    } finally {
      this.pumping = false;
    }
  }

  /**
   * Returns the next durable change if the client can read one. Ends a watch whose revision is older than the
   * history.
   */
  private next(): Change | undefined {
    const { cluster, response } = this.call;
    if (this.ended) return undefined;
    const history = cluster.store.history(this.target.served.type);
    if (this.position < history.start) {
      this.fail(tooOld(this.position, history.start));
      return undefined;
    }
    if (response.writableLength >= MAX_UNREAD_BYTES) return undefined;
    const change = history.after(this.position);
    return change && change.revision <= cluster.store.publishedRevision ? change : undefined;
  }

  /** Whether an object can be sent, when a webhook has converted it. A conversion that fails ends the watch. */
  private converted(object: KubeObject): boolean | Promise<boolean> {
    const pending = this.target.served.convert?.prepare?.([object]);
    if (!pending) return !this.ended;
    return pending.then(
      () => !this.ended,
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        if (!this.ended) this.fail(error);
        return false;
      },
    );
  }

  /** What a watch of the selection shows of a change. */
  private eventOf({ type, object, previous }: Change): WatchedEvent | undefined {
    const before = previous !== undefined && type !== 'ADDED' && this.matches(previous);
    const after = type !== 'DELETED' && this.matches(object);
    if (after) return { type: before ? 'MODIFIED' : 'ADDED', object };
    return before ? { type: 'DELETED', object: previousAt(previous, object) } : undefined;
  }

  /** Returns the number of characters written. */
  private send(type: string, object: KubeObject): number {
    const { representation, cluster } = this.call;
    const body = represent(this.target.served, object, representation, cluster.clock.now());
    if (representation.form === 'table' && this.headed)
      (body as { columnDefinitions: unknown }).columnDefinitions = null;
    this.headed = true;
    return this.write({ type, object: body as Json });
  }

  /** Sends a bookmark, from which the client can resume. */
  private bookmark(annotations?: Readonly<Record<string, string>>): void {
    const { query, cluster } = this.call;
    if (this.ended || this.position === Infinity || !flag(query, 'allowWatchBookmarks')) return;
    const { type, group, version } = this.target.served;
    const latest = Math.max(this.position, this.caughtUp() ? cluster.store.publishedRevision : 0);
    const metadata = {
      resourceVersion: String(latest),
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

  /** Frames of protobuf, unless the kind has none. */
  private contentType(): string {
    return this.isProtobuf() ? `${CONTENT_TYPES.protobuf};stream=watch` : CONTENT_TYPES.json;
  }

  private isProtobuf(): boolean {
    const { representation } = this.call;
    const { group, version, type } = this.target.served;
    if (representation.media !== 'protobuf') return false;
    return (
      representation.form === 'metadata' ||
      hasProtobuf({ apiVersion: groupVersion({ group, version }), kind: type.kind })
    );
  }

  private write({ type, object }: { readonly type: string; readonly object: Json }): number {
    const bytes = this.isProtobuf() ? encodeProtobuf(object) : undefined;
    const frame = bytes ? encodeWatchEvent(type, bytes) : `${JSON.stringify({ type, object })}\n`;
    this.call.response.write(frame);
    return frame.length;
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

/** The last version of an object that left the selection, with the revision of that change. */
function previousAt(previous: KubeObject, { metadata }: KubeObject): KubeObject {
  return { ...previous, metadata: { ...previous.metadata, resourceVersion: metadata.resourceVersion } };
}
