import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';

const SALT = 'a secret of the shop';
const hash = promisify(scrypt) as (
  text: string,
  salt: string,
  length: number,
) => Promise<Buffer>;

/** Slow on purpose: nobody shall find an address by trying all there are. */
export async function pseudonymOf(email: string): Promise<string> {
  return (await hash(email, SALT, 16)).toString('hex');
}
