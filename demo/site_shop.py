"""The brand's own shop: product pages that say everything in schema.org JSON-LD."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo import catalogue
from demo.catalogue import Offer, Product
from demo.events import Quote, Review
from demo.ledger import Shelf, Span
from demo.pages import WorldPage, page_template
from demo.world import World


def product_page(world: World, request: Request) -> Response:
    """/product/MODEL.html"""
    sku = str(request.path_params["sku"])
    found = catalogue.by_sku().get(sku)
    if found is None or found[1].site != "shop":
        return Response("<html><body>404</body></html>", 404, media_type="text/html; charset=utf-8")
    product, offer = found
    quote = world.price(sku)
    data = _json_ld(product, offer, quote, world.reviews(sku))
    script = json.dumps(data, ensure_ascii=False, indent=1).replace("<", "\\u003c")
    html = page_template("shop_product.html").render(product=product, offer=offer, quote=quote, json_ld=script)
    return Response(html, media_type="text/html; charset=utf-8")


def front_page(world: World, request: Request) -> Response:
    """/ : links to all products."""
    found = [(p, o) for p, o in catalogue.by_sku().values() if o.site == "shop"]
    return Response(page_template("shop.html").render(found=found), media_type="text/html; charset=utf-8")


def existing_offers(world: World, span: Span) -> set[str]:
    """Skus that the brand's own shop sells."""
    return {sku for sku, (p, o) in catalogue.by_sku().items() if o.site == "shop" and span.query in p.title}


LEDGER: dict[str, Shelf] = {"product": existing_offers}
PAGES: dict[str, dict[str, WorldPage]] = {catalogue.SHOP_HOST: {"/": front_page, "/product/{sku}.html": product_page}}


def _json_ld(product: Product, offer: Offer, quote: Quote, reviews: list[Review]) -> dict[str, Any]:
    offered: dict[str, Any] = {
        "@type": "Offer",
        "url": offer.url,
        "priceCurrency": "CNY",
        "availability": f"https://schema.org/{'InStock' if quote.price is not None else 'OutOfStock'}",
        "itemCondition": "https://schema.org/NewCondition",
        "seller": {"@type": "Organization", "name": offer.shop},
    }
    if quote.price is not None:
        offered["price"] = str(quote.price)
    data: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Product",
        "name": product.title,
        "sku": offer.sku,
        "mpn": product.model,
        "category": product.category,
        "brand": {"@type": "Brand", "name": product.brand.name},
        "offers": offered,
    }
    if reviews:
        average = sum(r.score for r in reviews) / len(reviews)
        data["aggregateRating"] = {
            "@type": "AggregateRating", "ratingValue": f"{average:.1f}", "bestRating": "5", "reviewCount": str(len(reviews))
        }  # fmt: skip
    return data
