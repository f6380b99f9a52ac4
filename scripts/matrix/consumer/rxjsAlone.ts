// Where this does not compile, no package that is made of rxjs can.
import { of, type Observable } from 'rxjs';

export const numbers: Observable<number> = of(1);
