"""Thin Scrapy: asks, waits, passes bytes on."""
