import { LRUCache } from 'lru-cache';
import { RequestTemplate } from './serialized-request.js';

/** Cache of request templates by query: several client operations may send the same query to subgraphs. */
export class RequestTemplates {
  private readonly known = new LRUCache<string, RequestTemplate>({
    max: 5000,
    maxSize: 1024 * 1024,
    sizeCalculation: (_, query) => query.length,
  });

  of(query: string): RequestTemplate {
    const known = this.known.get(query);
    if (known) return known;
    const template = new RequestTemplate(query);
    this.known.set(query, template);
    return template;
  }
}
