import { GraphiQL } from 'graphiql';
import { useMemo, useRef, useState } from 'react';
import { createFetcher } from './fetcher.js';
import mark from './mark.svg';
import type { PageSettings } from './settings.js';
import { createStorage } from './storage.js';
import { decodeToken, forgetToken, keepToken } from './token.js';
import { TokenDialog } from './token-dialog.js';

export interface PageProps {
  readonly settings: PageSettings;
  readonly initialToken: string | undefined;
}

type Question = 'closed' | 'missing' | 'rejected';

/** The header with name and token, and GraphiQL below it. */
export function Page({ settings, initialToken }: PageProps) {
  const { title, needsToken, tabs } = settings;
  const [token, setToken] = useState(initialToken);
  const [question, setQuestion] = useState<Question>(needsToken && !initialToken ? 'missing' : 'closed');
  // Running requests use the latest token.
  const newest = useRef(token);
  const fetcher = useMemo(
    () =>
      createFetcher({
        token: () => newest.current,
        needsToken,
        onMissing: () => setQuestion('missing'),
        onRejected: () => setQuestion('rejected'),
      }),
    // GraphiQL reloads the schema when its fetcher changes.
    [token],
  );

  function change(next: string | undefined): void {
    newest.current = next;
    if (next === undefined) forgetToken();
    else keepToken(next);
    setToken(next);
    setQuestion('closed');
  }

  return (
    <>
      <header className="page-header">
        <img src={mark} alt="" width="22" height="22" />
        <h1>{title}</h1>
        {needsToken && (
          <TokenStatus
            token={token}
            onEnter={() => setQuestion('missing')}
            onForget={() => change(undefined)}
          />
        )}
      </header>
      <GraphiQL
        fetcher={fetcher}
        defaultTabs={[...tabs]}
        storage={createStorage(title)}
        shouldPersistHeaders={false}
        inputValueDeprecation
        schemaDescription
      />
      {question !== 'closed' && (
        <TokenDialog
          rejected={question === 'rejected'}
          onToken={change}
          onClose={() => setQuestion('closed')}
        />
      )}
    </>
  );
}

interface TokenStatusProps {
  readonly token: string | undefined;
  readonly onEnter: () => void;
  readonly onForget: () => void;
}

function TokenStatus({ token, onEnter, onForget }: TokenStatusProps) {
  if (token === undefined) {
    return (
      <button type="button" className="primary" onClick={onEnter}>
        Enter token
      </button>
    );
  }
  const { account, expiresAt } = decodeToken(token);
  return (
    <>
      <span
        className="token-account"
        title={expiresAt ? `Token valid until ${expiresAt.toLocaleString()}` : ''}
      >
        {account ? `account ${account}` : 'token set'}
      </span>
      <button type="button" onClick={onForget}>
        Forget token
      </button>
    </>
  );
}
