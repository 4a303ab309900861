import { Argument } from 'commander';
import { connectionOf, exampleCommand } from '../flags.js';
import { runDemo } from './run-demo.js';
import { stories, type StoryName } from './steps.js';
import { inTerminal } from './terminal.js';

const command = exampleCommand(
  'demo',
  'Provision, deploy, scale, watch and delete: the whole way on one graph',
)
  .addArgument(
    new Argument('[story]', 'what is told').choices(Object.keys(stories)).default('tour' satisfies StoryName),
  )
  .option('--region <id>', 'where to make the cluster')
  .option('--plain', 'text without redrawing, as in a log')
  .parse();
const [story] = command.processedArgs as [StoryName];
const { region, plain } = command.opts<{ region?: string; plain?: boolean }>();

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));

try {
  const began = Date.now();
  const report = await runDemo({
    ...(await connectionOf(command)),
    story,
    region,
    signal: interrupted.signal,
    out: (line) => console.log(line),
    ...(process.stdout.isTTY && !plain ? { present: inTerminal } : {}),
  });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(
    `\nDone in ${seconds} s: ${report.nodes} nodes at the most, ${report.events} events, nothing left behind.`,
  );
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
