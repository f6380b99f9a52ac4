import { Component } from '@angular/core';
import {
  RouterLink,
  RouterLinkActive,
  RouterOutlet,
  type IsActiveMatchOptions,
} from '@angular/router';

@Component({
  selector: 'app-root',
  imports: [RouterLink, RouterLinkActive, RouterOutlet],
  template: `
    <header>
      <span class="brand" aria-hidden="true"><i></i><i></i><i></i></span>
      <nav aria-label="Pages">
        <a
          routerLink="/"
          routerLinkActive="here"
          ariaCurrentWhenActive="page"
          [routerLinkActiveOptions]="{ exact: true }"
        >
          Look up
        </a>
        <a
          routerLink="/list"
          [queryParams]="{ ids: '1,2,3,4,5,6,7,8' }"
          routerLinkActive="here"
          ariaCurrentWhenActive="page"
          [routerLinkActiveOptions]="anyList"
        >
          A list in the address
        </a>
      </nav>
    </header>
    <main><router-outlet /></main>
  `,
  styles: `
    header {
      display: flex;
      align-items: center;
      gap: 1rem;
      max-width: 60rem;
      margin: 0 auto;
      padding: 0.75rem 1rem;
    }
    .brand {
      display: inline-grid;
      grid-template-columns: repeat(3, 0.5rem);
      gap: 0.2rem;
      align-items: end;
    }
    .brand i {
      height: 1.1rem;
      border-radius: 2px;
      background: var(--accent);
    }
    .brand i:nth-child(2) {
      height: 0.7rem;
    }
    .brand i:nth-child(3) {
      height: 0.9rem;
    }
    nav {
      display: flex;
      gap: 0.25rem;
    }
    nav a {
      padding: 0.5rem 0.75rem;
      border-radius: 0.5rem;
      color: var(--muted);
      text-decoration: none;
    }
    nav a:hover,
    nav a.here {
      color: var(--text);
      background: var(--raised);
    }
    main {
      display: block;
      max-width: 60rem;
      margin: 0 auto;
      padding: 0 1rem 4rem;
    }
  `,
})
export class App {
  protected readonly anyList: IsActiveMatchOptions = {
    paths: 'exact',
    queryParams: 'ignored',
    matrixParams: 'ignored',
    fragment: 'ignored',
  };
}
