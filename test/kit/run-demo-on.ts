import { type DemoOptions, runDemo } from '../../examples/demo/run-demo.js';
import type { TestPlatform } from './platform.js';

/** Account and scenario of a demo. */
interface Demo extends Pick<DemoOptions, 'scenario'> {
  /** Default `demo`. */
  readonly account?: string;
}

/** Runs the demo on a platform and returns its report and output. An error has the output that came before it. */
export async function runDemoOn(
  platform: Pick<TestPlatform, 'url' | 'token'>,
  { account = 'demo', ...scenario }: Demo = {},
) {
  const lines: string[] = [];
  const report = await runDemo({
    url: `${platform.url}/graphql`,
    token: await platform.token(account),
    ...scenario,
    out: (line) => lines.push(line),
  }).catch((error: unknown) => {
    throw new Error(`the demo failed after:\n${lines.join('\n')}`, { cause: error });
  });
  return { report, text: lines.join('\n') };
}
