import { mergeApplicationConfig, type ApplicationConfig } from '@angular/core';
import { provideClientHydration } from '@angular/platform-browser';
import { provideServerRendering } from '@angular/platform-server';
import { appConfig } from './app.config';
import { LIMITS } from './rows/rows.service';

/** What a server would render with. */
export const serverConfig: ApplicationConfig = mergeApplicationConfig(
  appConfig,
  {
    providers: [
      provideServerRendering(),
      // The browser takes the answers out of the page instead of asking again.
      provideClientHydration(),
      // Nobody sees a row before the last one has come: rather a row that says
      // why it is missing.
      { provide: LIMITS, useValue: { concurrent: 6, timeout: { total: 500 } } },
    ],
  },
);
