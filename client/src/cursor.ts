const MAX_SEEN_CURSORS = 1_000;

/** The position of a subscription in the event log: the cursor to resume after, and the cursors that were read. */
export class ResumePosition {
  /** Cursor of the newest event; undefined before the first. */
  newest: string | undefined;
  private readonly delivered = new Set<string>();
  private before: ReadonlySet<string> = new Set();

  /** Starts a new connection: events that were read before are skipped. */
  resume(): void {
    this.before = new Set(this.delivered);
  }

  /** Records an event's cursor. False if the event was read over an earlier connection. */
  accept(cursor: string | undefined): boolean {
    if (cursor === undefined) return true;
    if (this.before.has(cursor)) return false;
    this.newest = cursor;
    this.delivered.add(cursor);
    if (this.delivered.size > MAX_SEEN_CURSORS) this.forgetOldest();
    return true;
  }

  /** Advances to the cursor of a bookmark. */
  advanceTo(cursor: string): void {
    this.newest = cursor;
  }

  private forgetOldest(): void {
    const [oldest] = this.delivered;
    if (oldest !== undefined) this.delivered.delete(oldest);
  }
}

/** The cursor of a bookmark, which advances the position while no event matches. */
export function bookmarkOf(extensions: unknown): string | undefined {
  const { bookmark } = Object(extensions) as { bookmark?: { cursor?: unknown } };
  return typeof bookmark?.cursor === 'string' ? bookmark.cursor : undefined;
}

/** The `cursor` of the object in a subscription's root field. */
export function cursorOf(data: object): string | undefined {
  const [event] = Object.values(data) as unknown[];
  if (typeof event !== 'object' || event === null || !('cursor' in event)) return undefined;
  return typeof event.cursor === 'string' ? event.cursor : undefined;
}
