import { Argument } from 'commander';
import { connectionOf, exampleCommand, sameConnection } from '../flags.js';
import { Interruption } from './interruption.js';
import { runDemo } from './run-demo.js';
import { plainScreen, TerminalScreen } from './screen.js';
import { scenarios, type ScenarioName } from './steps.js';
import { cleanCommand, tryNext } from './try-next.js';

const command = exampleCommand(
  'demo',
  'Provisions, scales, upgrades, watches and deletes a cluster through the graph',
)
  .addArgument(
    new Argument('[scenario]', 'what the demo shows')
      .choices(Object.keys(scenarios))
      .default('tour' satisfies ScenarioName),
  )
  .option('--region <id>', 'region of the cluster')
  .option('--plain', 'plain lines, as in a log')
  .parse();
const [scenario] = command.processedArgs as [ScenarioName];
const { region, plain } = command.opts<{ region?: string; plain?: boolean }>();

const print = (line: string) => console.log(line);
using screen = process.stdout.isTTY && !plain ? new TerminalScreen(process.stdout) : plainScreen(print);
const flags = sameConnection(command);
const interruption = new Interruption(screen);

try {
  const start = Date.now();
  const connection = await connectionOf(command);
  const { signal, leave } = interruption;
  const options = { scenario, region, signal, leave, screen, out: print, cleanCommand: cleanCommand(flags) };
  const report = await runDemo({ ...connection, ...options });
  const seconds = Math.round((Date.now() - start) / 1000);
  const counts = report.nodes === undefined ? '' : `: ${report.nodes} nodes, ${report.events} events`;
  screen.print('');
  screen.print(`Done in ${seconds} s${counts}. Nothing is left behind.`, 'good');
  screen.print('');
  screen.print('Try next:', 'title');
  for (const { command: line, shows } of tryNext(scenario, flags)) {
    screen.print(`  ${line}`);
    screen.print(`      ${shows}`, 'dim');
  }
} catch (error) {
  screen.print('');
  screen.print(`The demo ended: ${error instanceof Error ? error.message : String(error)}`, 'bad');
  process.exitCode = interruption.signal.aborted ? 130 : 1;
}
