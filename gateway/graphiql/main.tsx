import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './page.css';
import { Page } from './page.js';
import { readSettings } from './read-settings.js';
import { initialToken } from './token.js';

const settings = readSettings();
// Read by `get-nonce`, through which the dialogs' library adds a style element.
Object.assign(globalThis, { __webpack_nonce__: settings.styleNonce });
const container = document.getElementById('page');
if (!container) throw new Error('the page has no container');
createRoot(container).render(<Page settings={settings} initialToken={initialToken()} />);
