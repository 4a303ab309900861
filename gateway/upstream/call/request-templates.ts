import { LRUCache } from 'lru-cache';
import { RequestTemplate } from './serialized-request.js';

/** The templates of operations for subgraphs: what several operations of clients ask for is written, and kept, once. */
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
