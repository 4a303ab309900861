import { expect, test } from 'vitest';
import { format, resolveConfig } from 'prettier';
import { join } from 'node:path';
import { packageRoot } from '../../../kernel/package-root.js';
import { areas, nodeAreas } from './areas.js';
import { differences } from './differences.js';
import { differencesPage } from './differences-page.js';

test('every listed difference of kubesim is a case of the contract of Kubernetes, and listed once', () => {
  const cases = [...areas, ...nodeAreas].flatMap(({ name, cases }) =>
    Object.keys(cases).map((title) => `${name}: ${title}`),
  );
  const listed = Object.entries(differences).flatMap(([area, entries]) =>
    entries.flatMap(({ titles }) => titles.map((title) => `${area}: ${title}`)),
  );
  expect(listed.filter((title) => !cases.includes(title))).toEqual([]);
  expect(listed).toHaveLength(new Set(listed).size);
});

test('docs/kubesim.md lists the differences of kubesim; --update writes it', async () => {
  const path = join(packageRoot, 'docs/kubesim.md');
  const options = { ...(await resolveConfig(path)), filepath: path };
  await expect(await format(differencesPage(), options)).toMatchFileSnapshot(path);
});
