const MAX_SEEN_CURSORS = 1_000;

/** The position of a subscription in the event log: what to resume after, and what was seen before. */
export class ResumePosition {
  /** Cursor of the newest event taken; undefined before the first. */
  newest: string | undefined;
  private readonly seen = new Set<string>();
  private before: ReadonlySet<string> = new Set();

  /** Says that a new connection begins: what was taken until now is not taken again. */
  resume(): void {
    this.before = new Set(this.seen);
  }

  /** Notes an event's cursor. False when the event was taken over an earlier connection. */
  accept(cursor: string | undefined): boolean {
    if (cursor === undefined) return true;
    if (this.before.has(cursor)) return false;
    this.newest = cursor;
    this.seen.add(cursor);
    if (this.seen.size > MAX_SEEN_CURSORS) this.forgetOldest();
    return true;
  }

  /** Advances to the cursor of a bookmark. */
  advanceTo(cursor: string): void {
    this.newest = cursor;
  }

  private forgetOldest(): void {
    const [oldest] = this.seen;
    if (oldest !== undefined) this.seen.delete(oldest);
  }
}

/** The cursor of a bookmark, which carries the position while no event matches. */
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
