import { type FormEvent, useEffect, useRef } from 'react';
import { cleanToken } from './token.js';

export interface TokenDialogProps {
  /** Whether the gateway has rejected the previous token. */
  readonly rejected: boolean;
  readonly onToken: (token: string) => void;
  readonly onClose: () => void;
}

/** Dialog in which the user enters a bearer token. */
export function TokenDialog({ rejected, onToken, onClose }: TokenDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const token = cleanToken(String(new FormData(event.currentTarget).get('token') ?? ''));
    if (token !== '') onToken(token);
  }

  return (
    <dialog ref={dialog} className="token-dialog" aria-labelledby="token-title" onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id="token-title">{rejected ? 'The token was rejected' : 'A token is needed'}</h2>
        <p>
          Paste a bearer token. <code>npm start</code> prints a link to this page that carries one; the same
          token is in the file <code>token</code> of the state folder.
        </p>
        <input
          name="token"
          type="password"
          placeholder="eyJ…"
          autoComplete="off"
          spellCheck={false}
          aria-label="Bearer token"
          autoFocus
          required
        />
        <p className="token-note">It stays in this tab until the tab is closed.</p>
        <div className="token-buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Not now
          </button>
          <button type="submit" className="primary">
            Use token
          </button>
        </div>
      </form>
    </dialog>
  );
}
