/** Returns ccxt's addresses with another host: paths stay as they are. */
export function redirected<Addresses>(addresses: Addresses, url: string): Addresses {
  return JSON.parse(JSON.stringify(addresses), (_, address: unknown) =>
    typeof address === 'string' ? address.replace(/^\w+:\/\/[^/]+/, url) : address,
  );
}
