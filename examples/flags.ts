import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';

/** Where a platform is and who asks. */
export interface ConnectionFlags {
  readonly url: string;
  readonly token: string;
}

/** A command with the flags that every example has. */
export function exampleCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--url <url>', 'the GraphQL endpoint', 'http://127.0.0.1:4000/graphql')
    .option(
      '--token <token>',
      'bearer token; without it the one that `npm start` left in the state directory',
    )
    .option('--home <directory>', 'state directory of the platform', '.fleetgraph');
}

/** The connection that a command's flags name. Ends the program with a message when there is no token. */
export async function connectionOf(command: Command): Promise<ConnectionFlags> {
  const { url, token, home } = command.opts<{ url: string; token?: string; home: string }>();
  const file = join(home, 'token');
  const known = token ?? (await readFile(file, 'utf8').catch(() => undefined));
  if (known === undefined)
    command.error(`error: no token in ${file}: is the platform started? Else give --token or --home`);
  return { url, token: known.trim() };
}

/** Parses the command line of an example that has no flags of its own. */
export function connectionFromFlags(name: string, description: string): Promise<ConnectionFlags> {
  return connectionOf(exampleCommand(name, description).parse());
}
