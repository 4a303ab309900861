import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';

/** Where a platform is and who asks. */
export interface ConnectionFlags {
  readonly url: string;
  readonly token: string;
}

/** As they are given, with what `npm start` is told by the same names of the environment. */
interface Flags {
  readonly url?: string;
  readonly port: string;
  readonly token?: string;
  readonly home: string;
}

/** A command with the flags that every example has. */
export function exampleCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--url <url>', 'the GraphQL endpoint; one on this machine if omitted')
    .addOption(new Option('--port <port>', 'its port on this machine').default('4000').env('PORT'))
    .option(
      '--token <token>',
      'bearer token; without it the one that `npm start` left in the state directory',
    )
    .addOption(
      new Option('--home <directory>', 'state directory of the platform')
        .default('.fleetgraph')
        .env('FLEETGRAPH_HOME'),
    );
}

/** The connection that a command's flags name. Ends the program with a message when there is no token. */
export async function connectionOf(command: Command): Promise<ConnectionFlags> {
  const { url, port, token, home } = command.opts<Flags>();
  const file = join(home, 'token');
  const known = token ?? (await readFile(file, 'utf8').catch(() => undefined));
  if (known === undefined)
    command.error(`error: no token in ${file}: is the platform started? Else give --token or --home`);
  return { url: url ?? `http://127.0.0.1:${port}/graphql`, token: known.trim() };
}

/**
 * The flags with which another example reaches the same platform: those that were given, without the token. Another
 * terminal does not have the environment of this one.
 */
export function sameConnection(command: Command): string[] {
  const isGiven = (name: string) => ['cli', 'env'].includes(command.getOptionValueSource(name) ?? '');
  const given = ['url', 'port', 'home'].filter(isGiven);
  return given.map((name) => `--${name} ${String(command.getOptionValue(name))}`);
}

/** Parses the command line of an example that has no flags of its own. */
export function connectionFromFlags(name: string, description: string): Promise<ConnectionFlags> {
  return connectionOf(exampleCommand(name, description).parse());
}
