/** The response of `/readyz`: whether the process is ready, and details. */
export interface Readiness {
  readonly ready: boolean;
  readonly [fact: string]: unknown;
}

/** A running role of a process, and the URL where it listens. */
export interface Role extends AsyncDisposable {
  readonly url?: string;
  /** Resolves within five seconds (see health.ts). Default: ready once it runs. */
  readonly readiness?: (() => Promise<Readiness>) | undefined;
}
