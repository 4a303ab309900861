import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';

/** Endpoint of a platform and the token for it. */
export interface ConnectionFlags {
  readonly url: string;
  readonly token: string;
}

/** Options of the command line; PORT and FLEETGRAPH_HOME are also those of `npm start`. */
interface Flags {
  readonly url?: string;
  readonly port: string;
  readonly token?: string;
  readonly home: string;
}

/** A command with the options of every example. */
export function exampleCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--url <url>', 'the GraphQL endpoint; one on this machine if omitted')
    .addOption(new Option('--port <port>', 'its port on this machine').default('4000').env('PORT'))
    .option('--token <token>', 'bearer token; default the one that `npm start` wrote to the state folder')
    .addOption(
      new Option('--home <directory>', 'state folder of the platform')
        .default('.fleetgraph')
        .env('FLEETGRAPH_HOME'),
    );
}

/** The connection of a command's options. Ends the program with a message if the token is missing. */
export async function connectionOf(command: Command): Promise<ConnectionFlags> {
  const { url, port, token, home } = command.opts<Flags>();
  const file = join(home, 'token');
  const accessToken = token ?? (await readFile(file, 'utf8').catch(() => undefined));
  if (accessToken === undefined)
    command.error(`error: no token in ${file}: start the platform, or set --token or --home`);
  return { url: url ?? `http://127.0.0.1:${port}/graphql`, token: accessToken.trim() };
}

/**
 * Options with which another example uses the same platform, without the token. They include values from the environment,
 * because another terminal may have a different environment.
 */
export function sameConnection(command: Command): string[] {
  const isGiven = (name: string) => ['cli', 'env'].includes(command.getOptionValueSource(name) ?? '');
  const givenFlags = ['url', 'port', 'home'].filter(isGiven);
  return givenFlags.map((name) => `--${name} ${String(command.getOptionValue(name))}`);
}

/** Parses the command line of an example without options of its own. */
export function connectionFromFlags(name: string, description: string): Promise<ConnectionFlags> {
  return connectionOf(exampleCommand(name, description).parse());
}
