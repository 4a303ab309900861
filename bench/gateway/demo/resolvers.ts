import { products, reviews, stock, users } from './data.js';

type Resolvers = Readonly<Record<string, Readonly<Record<string, (...args: never[]) => unknown>>>>;

const user = ({ id }: { id: string }) => users.find((user) => user.id === id) ?? null;
const product = ({ upc }: { upc: string }) => products.find((product) => product.upc === upc) ?? null;

const freight = ({ price, weight }: { price?: number; weight?: number }) => {
  if (price === undefined || weight === undefined) return null;
  return price > 1000 ? 0 : Math.round(weight * 0.5);
};

const userOf = (id: string) => ({ id, username: users.find((user) => user.id === id)?.username });

/** The resolvers of each subgraph. */
export const demoResolvers: Readonly<Record<string, Resolvers>> = {
  accounts: {
    Query: { me: () => users[0], user: (_: unknown, args: { id: string }) => user(args), users: () => users },
    User: { __resolveReference: user },
  },
  products: {
    Query: {
      topProducts: (_: unknown, { limit }: { limit?: number }) => products.slice(0, limit ?? 5),
      product: (_: unknown, args: { upc: string }) => product(args),
    },
    Product: { __resolveReference: product },
  },
  inventory: {
    Product: {
      __resolveReference: (reference: { upc: string }) => ({
        ...reference,
        ...stock.find(({ upc }) => upc === reference.upc),
      }),
      shippingEstimate: freight,
    },
  },
  reviews: {
    Review: {
      __resolveReference: ({ id }: { id: string }) => reviews.find((review) => review.id === id) ?? null,
      author: ({ author }: { author: string }) => userOf(author),
      product: ({ product: upc }: { product: string }) => ({ upc }),
    },
    User: {
      numberOfReviews: ({ id }: { id: string }) => reviews.filter(({ author }) => author === id).length,
      reviews: ({ id }: { id: string }) => reviews.filter(({ author }) => author === id),
    },
    Product: { reviews: ({ upc }: { upc: string }) => reviews.filter((review) => review.product === upc) },
  },
};
