// SPDX-License-Identifier: EUPL-1.2
// Open data: what there is, under which licence, and calls that work as they stand.

import { html, Html, raw } from '../lib/html';
import type { Context, MessageId, Page } from '../lib/page';
import { ICON } from '../lib/parts';

const CALLS: [MessageId, string][] = [
  ['data.call.things', '/v1.1/Things?$expand=Locations,Datastreams'],
  ['data.call.latest', '/v1.1/Datastreams?$expand=Observations($top=1;$orderby=phenomenonTime desc)'],
  ['data.call.day', '/v1.1/Datastreams({{example}})/Observations?$filter=phenomenonTime ge {{since}}&$orderby=phenomenonTime&$top=100'],
  ['data.call.csv', '/v1.1/Datastreams({{example}})/Observations?$resultFormat=CSV&$top=1000'],
  ['data.call.areas', '/api/v1/areas.geojson'],
];

// Spaces must not stand in an address; what is read keeps them.
function call(c: Context, id: MessageId, path: string): Html {
  return html`<li>
    <h3>${c.t(id)}</h3>
    <p class="call"><a href="${raw(path.replace(/ /g, '%20'))}"><code>${raw(path)}</code></a></p>
  </li>`;
}

export const page: Page = {
  name: 'data',
  path: 'data',
  inMenu: 'data.menu',
  title: (c) => c.t('data.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('data.title')}</h1>
      <p class="lead">${c.t('data.lead')}</p>
      <p>${c.t('data.size', { meters: raw('{{meter_count}}'), streams: raw('{{stream_count}}') })} ${c.t('data.licence')}</p>
      <h2>${c.t('data.sets')}</h2>
      {{#datasets}}<section class="dataset" id="{{key}}">
        <h3>{{title}}</h3>
        <p>{{about}}</p>
        <ul class="downloads">{{#files}}<li><a href="{{href}}">${ICON.download}<span class="visually-hidden">{{title}}:</span> {{type}}</a></li>{{/files}}</ul>
      </section>{{/datasets}}
      <p class="small">${c.t('data.catalogue')} <a href="/data/catalog.ttl">DCAT-AP-NL, Turtle</a>, <a href="/data/catalog.jsonld">JSON-LD</a></p>
      <h2>${c.t('data.try')}</h2>
      <p>${c.t('data.try.more')}</p>
      <ul class="calls">${CALLS.map(([id, path]) => call(c, id, path))}</ul>
      <h2>${c.t('data.live')}</h2>
      <p>${c.t('data.live.more')}</p>
      <pre tabindex="0"><code>curl -N {{origin}}/live
curl -N '{{origin}}/live?things=1,2'</code></pre>
      <h2>${c.t('data.push')}</h2>
      <p>${c.t('data.push.more')}</p>
      <pre tabindex="0"><code>curl -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\
  -d '{"result": 12.5}' '{{origin}}/v1.1/Datastreams({{example}})/Observations'</code></pre>
      <h2>${c.t('data.read')}</h2>
      <ul>
        <li>${c.t('data.read.time')}</li>
        <li>${c.t('data.read.gap')}</li>
        <li>${c.t('data.read.raw')}</li>
      </ul>
    </article>
    <script type="application/ld+json">{{{for_search}}}</script>`,
};
