"""Export page: check the kept clips and write a bundle."""
