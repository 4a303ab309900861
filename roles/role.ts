/** A role that runs as a process of its own, and where it listens. */
export interface Role extends AsyncDisposable {
  readonly url?: string;
}
