// What any gateway in Node.js costs at the least: reads the request, writes the same answer as JSON.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { announce } from './listen.mjs';

const [answersFile] = process.argv.slice(2);
/** Answers by operation name. */
const answers = JSON.parse(readFileSync(answersFile, 'utf8'));

announce(
  createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { operationName } = JSON.parse(Buffer.concat(chunks).toString());
      const body = JSON.stringify(answers[operationName]);
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  }),
);
