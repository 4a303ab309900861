const NAMES = ['Ada Blume', 'Ben Curie', 'Cleo Dijkstra', 'Dan Euler', 'Eve Fermi', 'Fay Gauss'];
const WARES = ['table', 'couch', 'chair', 'lamp', 'mug', 'shelf', 'desk', 'rug', 'clock'];

export const users = NAMES.map((name, index) => ({
  id: String(index + 1),
  name,
  birthday: `19${70 + index}-0${index + 1}-12`,
  username: name.toLowerCase().replace(' ', '.'),
}));

export const products = WARES.map((name, index) => ({
  upc: String(index + 1),
  name,
  price: index % 4 === 1 ? 1299 : 54 + index * 30,
  weight: index % 4 === 1 ? 1000 : 50 + index * 10,
}));

export const stock = products.map(({ upc }, index) => ({ upc, inStock: index % 3 !== 0 }));

/** Eleven reviews, most of them by the first two users, all of the first four products. */
export const reviews = ['1', '1', '2', '2', '1', '1', '1', '1', '1', '2', '3'].map((author, index) => ({
  id: String(index + 1),
  body: `Review number ${index + 1}: it does what it says, and it looks good in any room of the house.`,
  author,
  product: String((index % 4) + 1),
}));
