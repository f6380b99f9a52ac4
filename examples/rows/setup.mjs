import { install } from '../support/setup.mjs';

install(import.meta.dirname);
