/** The part of `AbortSignal` that execution needs. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * An `AbortController` and its signal without `EventTarget`, which costs more than everything a subgraph
 * request does with it (docs/performance.md). Listeners are called once.
 */
export class LightAbortController implements AbortSignalLike {
  aborted = false;
  /** The first listener, nearly always the only one; a Set would cost more. */
  private listener: (() => void) | undefined;
  private others: Set<() => void> | undefined;
  private controller: AbortController | undefined;

  /** A native signal for libraries, created on demand. */
  get native(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.aborted) this.controller.abort();
    return this.controller.signal;
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    const { listener, others } = this;
    this.listener = undefined;
    this.others = undefined;
    listener?.();
    for (const other of others ?? []) other();
    this.controller?.abort();
  }

  /** Aborts with another signal, until the returned function is called. */
  follow(outer: AbortSignalLike): () => void {
    const abort = () => this.abort();
    if (outer.aborted) abort();
    else outer.addEventListener('abort', abort, { once: true });
    return () => outer.removeEventListener('abort', abort);
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.aborted || this.listener === listener || this.others?.has(listener)) return;
    if (this.listener) (this.others ??= new Set()).add(listener);
    else this.listener = listener;
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.listener === listener) this.listener = undefined;
    else this.others?.delete(listener);
  }
}

/** Converts the signal to a native `AbortSignal`. */
export function nativeSignal(signal: AbortSignalLike): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  if (signal instanceof LightAbortController) return signal.native;
  const controller = new AbortController();
  if (signal.aborted) controller.abort();
  else signal.addEventListener('abort', () => controller.abort(), { once: true });
  return controller.signal;
}
