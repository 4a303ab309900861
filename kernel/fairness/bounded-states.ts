/** States by name, created on first use. The map grows with the active states; idle ones are removed in batches. */
export class BoundedStates<T> {
  private readonly states = new Map<string, T>();
  private limit: number;

  constructor(
    private readonly create: () => T,
    private readonly isIdle: (state: T) => boolean,
    /** Number of states that may be added before idle ones are removed. */
    private readonly maxIdle: number,
  ) {
    this.limit = maxIdle;
  }

  /** The state of the name; undefined if there is none. */
  peek(name: string): T | undefined {
    return this.states.get(name);
  }

  /** The state of the name, created if there is none. */
  get(name: string): T {
    const existing = this.states.get(name);
    if (existing) return existing;
    if (this.states.size >= this.limit) this.removeIdle();
    const state = this.create();
    this.states.set(name, state);
    return state;
  }

  private removeIdle(): void {
    for (const [name, state] of this.states) if (this.isIdle(state)) this.states.delete(name);
    this.limit = this.states.size + this.maxIdle;
  }
}
