// The lower bound for a gateway in Node.js: reads the request and writes the same response as JSON.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { announce } from './listen.mjs';

const [responsesFile] = process.argv.slice(2);
/** Responses by operation name. */
const responses = JSON.parse(readFileSync(responsesFile, 'utf8'));

announce(
  createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { operationName } = JSON.parse(Buffer.concat(chunks).toString());
      const body = JSON.stringify(responses[operationName]);
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  }),
);
