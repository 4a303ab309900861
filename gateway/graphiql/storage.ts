import type { Storage as GraphiQLStorage } from '@graphiql/toolkit';

/** Storage of GraphiQL with a key prefix per graph: another graph at the same address keeps its own tabs. */
export function createStorage(title: string): GraphiQLStorage {
  const prefix = `${title}:`;
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => keys().forEach((key) => localStorage.removeItem(key)),
    get length() {
      return keys().length;
    },
  };
}
