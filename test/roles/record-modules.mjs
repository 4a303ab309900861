// Loaded with `--import` into a process under test: appends the URL of each module that it loads to the file MODULES_FILE. Processes
// that it starts inherit the environment; those with a channel to it are not under test.
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import process from 'node:process';

const file = process.env.MODULES_FILE;
if (file && !process.send)
  registerHooks({
    load(url, context, nextLoad) {
      appendFileSync(file, `${url}\n`);
      return nextLoad(url, context);
    },
  });
