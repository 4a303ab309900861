import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
if (!executablePath) process.stderr.write('skipped: Chromium is not installed\n');

/** Chromium's sandbox does not work in a container; the browser must send no requests to other hosts. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const RUN = '.graphiql-execute-button';
const RESULT = '.graphiql-response .result-window';

describe.skipIf(!executablePath)('GraphiQL in Chromium', () => {
  let platform: TestPlatform;
  let browser: Browser;
  beforeAll(async () => {
    platform = await startTestPlatform();
    browser = await chromium.launch({ executablePath: String(executablePath), args: FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.[Symbol.asyncDispose]();
  });

  /** Opens a page in a new browser, and records its problems: violations of the content security policy, and exceptions. */
  async function openPage(path: string, width = 1280): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(platform.url + path);
    await page.waitForSelector(RUN);
    return { page, problems };
  }

  const shows = (page: Page, selector: string, text: string) =>
    expect.poll(() => page.locator(selector).innerText(), { timeout: 20_000 }).toContain(text);
  const showsResult = (page: Page, text: string) => shows(page, RESULT, text);

  async function openTab(page: Page, name: string): Promise<void> {
    await page.locator('.graphiql-tab').getByText(name).click();
    await shows(page, '.graphiql-query-editor', ` ${name} {`);
  }

  test('opens the page by a link with a token, runs a request and removes the token from the address', async () => {
    const { page, problems } = await openPage(`/#token=${await platform.token('browser')}`);
    await page.click(RUN);
    await showsResult(page, 'totalCount');
    expect(page.url()).toBe(`${platform.url}/`);
    expect(await page.locator('.page-header').innerText()).toContain('account browser');

    await page.reload();
    await page.click(RUN);
    await showsResult(page, 'totalCount');
    expect(problems).toEqual([]);
  });

  test('creates a cluster by the mutation and shows its events by the subscription, newest first', async () => {
    const { page, problems } = await openPage(`/#token=${await platform.token('watcher')}`);
    await openTab(page, 'CreateCluster');
    await page.click(RUN);
    await showsResult(page, 'INITIAL');
    await openTab(page, 'WatchClusters');
    await page.click(RUN);
    await showsResult(page, 'healthyNodes');
    expect(problems).toEqual([]);
  });

  test('prompts for a token without one, and again when it is rejected', async () => {
    const { page } = await openPage('/');
    const dialog = page.locator('.token-dialog');
    await dialog.getByText('A token is needed').waitFor();
    await dialog.getByLabel('Bearer token').fill('nonsense');
    await dialog.getByRole('button', { name: 'Use token' }).click();
    await dialog.getByText('The token was rejected').waitFor();
    await dialog.getByLabel('Bearer token').fill(`Bearer ${await platform.token()}`);
    await dialog.getByRole('button', { name: 'Use token' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.click(RUN);
    await showsResult(page, 'totalCount');
  });

  test('the documentation explorer, the history and the dialogs respect the policy of the page', async () => {
    const { page, problems } = await openPage(`/#token=${await platform.token()}`);
    await page.getByLabel('Show Documentation Explorer').click();
    await page.getByText('Root Types').waitFor();
    await page.getByLabel('Open settings dialog').click();
    await page.getByText('Clear storage').waitFor();
    expect(problems).toEqual([]);
  });

  test('shows the response below the editors on a telephone, without horizontal scrolling', async () => {
    const { page } = await openPage(`/#token=${await platform.token()}`, 390);
    const editors = await page.locator('.graphiql-editors').boundingBox();
    const box = await page.locator('.graphiql-response').boundingBox();
    expect(editors?.width).toBeGreaterThan(300);
    expect(box?.width).toBeGreaterThan(300);
    expect(box?.y).toBeGreaterThanOrEqual((editors?.y ?? 0) + (editors?.height ?? 0));
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });
});
