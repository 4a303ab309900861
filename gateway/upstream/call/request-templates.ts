import { LRUCache } from 'lru-cache';
import { RequestTemplate } from './serialized-request.js';

/** Cache of request templates by query: several client operations may send the same query to subgraphs. */
export class RequestTemplates {
  private readonly templates = new LRUCache<string, RequestTemplate>({
    max: 5000,
    maxSize: 1024 * 1024,
    sizeCalculation: (_, query) => query.length,
  });

  of(query: string): RequestTemplate {
    const cached = this.templates.get(query);
    if (cached) return cached;
    const template = new RequestTemplate(query);
    this.templates.set(query, template);
    return template;
  }
}
