import { Module, type DynamicModule } from '@nestjs/common';
import { ServeStaticModule } from '@nestjs/serve-static';
import type { WebOptions } from './web.options.js';

/**
 * Serves the files of a folder, from the same origin as the rows: a page that
 * asks for them needs no CORS. Any other path that no controller has gets the
 * folder's `index.html`, for routes that only the page knows.
 */
@Module({})
export class WebModule {
  static register({ root }: WebOptions): DynamicModule {
    return {
      module: WebModule,
      imports: [
        ServeStaticModule.forRoot({
          rootPath: root,
          exclude: ['/rows{/*path}', '/enrich{/*path}', '/health', '/metrics'],
        }),
      ],
    };
  }
}
