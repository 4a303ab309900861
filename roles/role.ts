/** What `/readyz` answers: whether the process can do its work now, and the facts that say why. */
export interface Readiness {
  readonly ready: boolean;
  readonly [fact: string]: unknown;
}

/** A role that runs as a process of its own, and where it listens. */
export interface Role extends AsyncDisposable {
  readonly url?: string;
  /** Says whether it can do its work now, within five seconds; see health.ts. Left out, it can once it runs. */
  readonly readiness?: (() => Promise<Readiness>) | undefined;
}
