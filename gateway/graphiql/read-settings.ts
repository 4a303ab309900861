import type { PageSettings } from './settings.js';

/** The settings that the gateway wrote into this page. */
export function readSettings(): PageSettings {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="settings"]');
  if (!meta) throw new Error('the page has no settings');
  return JSON.parse(meta.content) as PageSettings;
}
